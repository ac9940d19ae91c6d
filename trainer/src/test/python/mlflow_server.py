"""A tracking server, and what it holds of a run.

mlflow_server.py serve DIRECTORY PORT
mlflow_server.py wait URI
mlflow_server.py read URI RUN
"""

import os
import sys
import time
import urllib.error
import urllib.request


def serve(directory, port):
    os.execv(
        sys.executable,
        [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", "1"]
        + ["--backend-store-uri", directory, "--default-artifact-root", directory],
    )


def wait(uri):
    while True:
        try:
            urllib.request.urlopen(uri + "/health").read()
            return
        except urllib.error.URLError:
            time.sleep(0.1)


def read(uri, run_id):
    from mlflow.tracking import MlflowClient

    client = MlflowClient(uri)
    run = client.get_run(run_id)
    print(run.info.status)
    print("seed=" + run.data.params["seed"])
    for metric in sorted(client.get_metric_history(run_id, "loss"), key=lambda metric: metric.step):
        print(metric.step, metric.value)


{"serve": serve, "wait": wait, "read": read}[sys.argv[1]](*sys.argv[2:])
