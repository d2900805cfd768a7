"""Optuna's TPE and its successive halving, asked line by line: one JSON object in, one out."""
import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
study, bounds, trials = None, [], {}


def answer(message):
    global study, bounds, trials
    op = message["op"]
    if op == "version":
        return {"version": optuna.__version__}
    if op == "new":
        pruner = optuna.pruners.SuccessiveHalvingPruner() if message["prunes"] else optuna.pruners.NopPruner()
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=message["seed"]), pruner=pruner)
        bounds, trials = message["bounds"], {}
        return {}
    if op == "ask":
        trial = study.ask()
        values = {f"x{index}": trial.suggest_float(f"x{index}", low, high) for index, (low, high) in enumerate(bounds)}
        trials[trial.number] = trial
        return {"id": trial.number, "values": values}
    trial = trials[message["id"]]
    if op == "report":
        trial.report(message["value"], message["step"])
        return {"stop": trial.should_prune()}
    if op == "complete":
        study.tell(trial, message["value"])
    else:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    return {}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
