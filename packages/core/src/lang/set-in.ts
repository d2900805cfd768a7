/** The fields of an object that are set: one that is `undefined` counts as left out. */
export type SetIn<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> }

/** What is set of these options. */
export function setIn<Options extends object>(options: Options): SetIn<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as SetIn<Options>
}
