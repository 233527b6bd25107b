/** Amounts as Kubernetes writes them (`500m`, `1Gi`): the same amount has several spellings. */

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** Whether two texts are the same amount; false where one of them is none. */
export function sameQuantity(a: unknown, b: unknown): boolean {
  const [first, second] = [amountOf(a), amountOf(b)]
  if (first === undefined || second === undefined) return false
  return Math.abs(first - second) <= Math.abs(first) * 1e-12
}

function amountOf(value: unknown): number | undefined {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(String(value))
  const factor = factors[match?.[2] ?? 'none']
  const digits = Number(match?.[1])
  return factor === undefined || Number.isNaN(digits) ? undefined : digits * factor
}
