def parse(text):
    return {"a": text}
