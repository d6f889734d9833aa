from metaflow import R, nothing_of_the_kind, current
