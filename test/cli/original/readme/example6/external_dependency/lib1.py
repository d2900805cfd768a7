word = "external"
