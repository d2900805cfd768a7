word = "dep"
