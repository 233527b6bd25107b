/** What is written: values with the Java classes that Apereo's texts name. */

export type TextNode =
  | {
      readonly kind: 'scalar'
      readonly value: string | number | bigint | boolean | null
      /** Class of a value in a field that can hold any. */
      readonly java?: string
    }
  | { readonly kind: 'list'; readonly java: string; readonly items: readonly TextNode[] }
  | {
      readonly kind: 'map'
      /** Of a map that documents hold without a class and nothing is known of: absent. */
      readonly java?: string
      readonly entries: readonly (readonly [string, TextNode])[]
    }

/** A number such that reading it gives the same type: what stands without exponent is read as a whole number. */
export function numberText(value: number | bigint): string {
  const isDouble = typeof value === 'number' && (value | 0) !== value
  return isDouble && Number.isInteger(value) ? value.toExponential() : String(value)
}
