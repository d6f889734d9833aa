TABLE = "rows" + "_v2"
