from ..other import x
