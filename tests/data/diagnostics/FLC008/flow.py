def main():
    print("no flow here")
