/** Values of the driver's own classes (ObjectId, Decimal128, Binary, …) among what documents hold. */

/** Every class of the driver's carries it; no stored document can, because its keys are text. */
const mark = Symbol.for('@@mdb.bson.version')

/** Made by the driver. A field `_bsontype` in a document is only a field: whoever stored it chose its value. */
export function isDriverType(value: object): boolean {
  return mark in value
}
