/**
 * Packs the packages into a folder, `anew` also when what is packed has not changed; resolves to the tarballs in the order in which they need
 * each other.
 */
export function pack(
  folder: string,
  how?: { readonly anew?: boolean },
): Promise<readonly { readonly name: string; readonly version: string; readonly file: string; readonly sha256: string }[]>
