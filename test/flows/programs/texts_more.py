UNIT = "mm"
