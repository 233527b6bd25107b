import { expect, it } from '@jest/globals'
import { SettingsFault } from '../../common/fault.ts'
import { connectKube } from './connect.ts'

it('says what is missing outside of a cluster and without a kubeconfig', () => {
  expect(() => connectKube()).toThrow(SettingsFault)
  expect(() => connectKube({ kubeconfig: '/no/such/file' })).toThrow('no access to a Kubernetes cluster')
})
