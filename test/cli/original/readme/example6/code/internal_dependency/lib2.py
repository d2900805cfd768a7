word = "internal"
