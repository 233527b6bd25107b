import { describe, expect, it } from '@jest/globals'
import { type LockedPackage, packageClosure } from './closure.ts'

const lock = (packages: Record<string, LockedPackage>) => ({ packages })

describe('the packages that go into an image', () => {
  it('are the roots and what they need, directly or not, and nothing else', () => {
    const packages = lock({
      'node_modules/web': { dependencies: { parser: '1' } },
      'node_modules/parser': { dependencies: { chars: '1' } },
      'node_modules/chars': {},
      'node_modules/test-runner': {},
    })
    expect(packageClosure(packages, ['web'])).toEqual([
      'node_modules/chars',
      'node_modules/parser',
      'node_modules/web',
    ])
  })

  it('are found where Node.js finds them: beside the one that asks before further up', () => {
    const packages = lock({
      'node_modules/web': { dependencies: { parser: '1' } },
      'node_modules/web/node_modules/parser': { dependencies: { chars: '1' } },
      'node_modules/parser': {},
      'node_modules/chars': {},
    })
    expect(packageClosure(packages, ['web'])).toEqual([
      'node_modules/chars',
      'node_modules/web',
      'node_modules/web/node_modules/parser',
    ])
  })

  it('end with packages that need each other', () => {
    const packages = lock({
      'node_modules/a': { dependencies: { b: '1' } },
      'node_modules/b': { dependencies: { a: '1' } },
    })
    expect(packageClosure(packages, ['a'])).toEqual(['node_modules/a', 'node_modules/b'])
  })

  it('leave out optional ones that are not installed or made for another system', () => {
    const packages = lock({
      'node_modules/a': {
        optionalDependencies: { absent: '1', windows: '1' },
        dependencies: { windows: '1' },
      },
      'node_modules/windows': { os: ['win32'] },
    })
    expect(packageClosure(packages, ['a'])).toEqual(['node_modules/a'])
  })

  it('include needed peers and leave out optional ones', () => {
    const packages = lock({
      'node_modules/a': {
        peerDependencies: { needed: '1', extra: '1' },
        peerDependenciesMeta: { extra: { optional: true } },
      },
      'node_modules/needed': {},
      'node_modules/extra': {},
    })
    expect(packageClosure(packages, ['a'])).toEqual(['node_modules/a', 'node_modules/needed'])
  })

  it('cannot be listed when the lock file lacks one', () => {
    expect(() => packageClosure(lock({}), ['a'])).toThrow('package-lock.json has no a for the project')
  })
})
