import { terms, wording, type Text } from '../errors/wording.ts'

/** Variables of SageMaker's that the launcher sets, and the method of a task that decides what is in them. */
const decidedBy: readonly (readonly [name: RegExp, hint: Text])[] = [
  [/^SM_HPS$|^SM_HP_/, wording`Set it with ${terms.hyperparameters}.`],
  [/^SM_USER_ARGS$/, wording`Set it with ${terms.args}.`],
  [/^SM_CHANNELS$|^SM_CHANNEL_|^SM_INPUT_/, wording`Set it with ${terms.input}.`],
  [/^SM_(USER_ENTRY_POINT|MODULE_NAME|ENTRY_SCRIPT)$/, wording`Set it with ${terms.code}.`],
  [/^SM_(HOSTS|HOST_COUNT|CURRENT_HOST|CURRENT_HOST_RANK|IS_HETERO)$/, wording`Set it with ${terms.instanceCount}.`],
  [/^SM_(CURRENT_INSTANCE_TYPE|NUM_CPUS|NUM_GPUS|NUM_NEURONS|RESOURCE_CONFIG)$/, wording`Set it with ${terms.instances}.`],
  [/^SM_(MODEL_DIR|OUTPUT_(DIR|DATA_DIR|FAILURE|INTERMEDIATE_DIR))$/, 'The program writes to the folder that is in it.'],
  [/^SM_(CURRENT_INSTANCE_GROUP(_HOSTS)?|(DISTRIBUTION_)?INSTANCE_GROUPS(_DICT)?)$/, chooseAnother()],
  [/^SM_(MASTER_ADDR|MASTER_PORT|NETWORK_INTERFACE_NAME|TRAINING_ENV)$/, chooseAnother()],
  [/^SM_(MODULE_DIR|SOURCE_DIR|FRAMEWORK_PARAMS|FRAMEWORK_MODULE)$/, chooseAnother()],
  [/^SSM_/, chooseAnother()],
]

/** What to do instead of setting a variable that the machine sets; `undefined` for a variable of the program's own. */
export function setByMachine(name: string): Text | undefined {
  return decidedBy.find(([pattern]) => pattern.test(name))?.[1]
}

function chooseAnother(): string {
  return 'Choose another name.'
}
