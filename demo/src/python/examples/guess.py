import random

secret = random.randint(1, 20)
print("I think of a number from 1 to 20.")

for tries in range(1, 6):
    try:
        guess = int(input(f"Try {tries} of 5: "))
    except ValueError:
        print("That is no number.")
        continue
    if guess == secret:
        print("Yes!")
        break
    print("It is", "larger." if guess < secret else "smaller.")
else:
    print("It was", secret)
