export interface Options {
  readonly model: string
}
export async function embed(texts: string[], options: Options): Promise<number[][]> {
  return texts.map((text) => [text.length, options.model.length])
}
export function when(day: Date): number {
  return day.getTime()
}
