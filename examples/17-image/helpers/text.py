def words_of(text):
    return [word.strip(".,").lower() for word in text.split()]
