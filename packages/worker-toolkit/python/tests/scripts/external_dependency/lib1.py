name = "lib1"
