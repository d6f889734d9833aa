KIND = "kind"
SIZE = 3
