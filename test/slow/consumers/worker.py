from worker_toolkit import worker_lib

print("python x=%s" % worker_lib.WorkerConfig().hps["x"])
