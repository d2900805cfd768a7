"""What a job's own Python code uses: `from worker_toolkit import worker_lib`."""
