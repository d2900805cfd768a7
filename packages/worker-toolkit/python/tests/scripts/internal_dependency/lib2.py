name = "lib2"
