import { expect, it } from '@jest/globals'
import { volumesFinding } from './volumes.ts'

const size = '10Gi'
const differ = 'spec.mongodb.storage'

it('finds nothing where volumes are as asked for, however the size is written', () => {
  expect(volumesFinding({ size: '1024Mi' }, { size: '1Gi' })).toBeUndefined()
  expect(volumesFinding({ size, storageClassName: 'a' }, { size, storageClassName: 'a' })).toBeUndefined()
})

it.each([
  [
    { size: '20Gi' },
    { size },
    `${differ}.size: 20Gi is asked for, the volumes were made with 10Gi; remove it, then set it to 10Gi\n`,
  ],
  [
    { size, storageClassName: 'fast' },
    { size },
    `${differ}.storageClassName: fast is asked for, the volumes were made with the default; remove it\n`,
  ],
  [
    { size },
    { size, storageClassName: 'slow' },
    `${differ}.storageClassName: the default is asked for, the volumes were made with slow; remove it, then set it to slow\n`,
  ],
])('names what differs, and how the spec is put right: %j, %j', (wanted, made, message) => {
  expect(volumesFinding(wanted, made)).toMatchObject({ reason: 'VolumesDiffer', stalled: true })
  expect(volumesFinding(wanted, made)?.message.startsWith(message)).toBe(true)
})
