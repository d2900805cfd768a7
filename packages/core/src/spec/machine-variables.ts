/** Variables of SageMaker's that the launcher sets, and the method of a task that decides what is in them. */
const decidedBy: readonly (readonly [name: RegExp, hint: string])[] = [
  [/^SM_HPS$|^SM_HP_/, 'Say it with .hyperparameters().'],
  [/^SM_USER_ARGS$/, 'Say it with .args().'],
  [/^SM_CHANNELS$|^SM_CHANNEL_|^SM_INPUT_/, 'Say it with .input.'],
  [/^SM_(USER_ENTRY_POINT|MODULE_NAME|ENTRY_SCRIPT)$/, 'Say it with .code().'],
  [/^SM_(HOSTS|HOST_COUNT|CURRENT_HOST|CURRENT_HOST_RANK|IS_HETERO)$/, 'Say it with .instanceCount().'],
  [/^SM_(CURRENT_INSTANCE_TYPE|NUM_CPUS|NUM_GPUS|NUM_NEURONS|RESOURCE_CONFIG)$/, 'Say it with .instances().'],
  [/^SM_(MODEL_DIR|OUTPUT_(DIR|DATA_DIR|FAILURE|INTERMEDIATE_DIR))$/, 'The program writes to the folder that is in it.'],
  [/^SM_(CURRENT_INSTANCE_GROUP(_HOSTS)?|(DISTRIBUTION_)?INSTANCE_GROUPS(_DICT)?)$/, chooseAnother()],
  [/^SM_(MASTER_ADDR|MASTER_PORT|NETWORK_INTERFACE_NAME|TRAINING_ENV)$/, chooseAnother()],
  [/^SM_(MODULE_DIR|SOURCE_DIR|FRAMEWORK_PARAMS|FRAMEWORK_MODULE)$/, chooseAnother()],
  [/^SSM_/, chooseAnother()],
]

/** What to do instead of setting a variable that the machine sets; `undefined` for a variable of the program's own. */
export function setByMachine(name: string): string | undefined {
  return decidedBy.find(([pattern]) => pattern.test(name))?.[1]
}

function chooseAnother(): string {
  return 'Choose another name.'
}
