/** The version of this software, as servers report it to the pool. */
export const version = '0.1.0'
