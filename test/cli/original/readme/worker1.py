import os

for i in range(int(os.environ["SM_NUM_GPUS"]) or 1):
    print(f"-***- Device {i}: of {os.environ['SM_CURRENT_HOST']}")
