import { expect, it } from '@jest/globals'
import { load } from 'js-yaml'
import { yamlReason } from './yaml-reason.ts'

it('tells line and reason, and nothing of what stands there', () => {
  const reason = (text: string): string => {
    try {
      load(text)
      return 'nothing'
    } catch (thrown) {
      return yamlReason(thrown)
    }
  }
  expect(reason('a: hunter2\na: hunter3\n')).toBe('line 2: duplicated mapping key')
  expect(reason('a: "hunter2')).toMatch(/^line \d+: [^\n]*$/)
  expect(reason('a: "hunter2')).not.toContain('hunter2')
  expect(yamlReason(new Error('gone'))).toBe('gone')
})
