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
