/** Packs the packages into a folder; resolves to the tarballs in the order in which they need each other. */
export function pack(
  folder: string,
): Promise<readonly { readonly name: string; readonly version: string; readonly file: string; readonly sha256: string }[]>
