// Tests that know nothing of Lookalike.

import assert from 'node:assert/strict'
import test from 'node:test'

import { search, SearchFailed } from './image-search.mjs'

const TOKEN = process.env.LOOKALIKE_TMAPI_APITOKEN
const IMAGE_URL = 'https://cbu01.alicdn.com/img/ibank/O1CN01abc.jpg?width=200&height=200'

test('goods have ids and titles', async () => {
  const items = await search(TOKEN, IMAGE_URL)
  assert.ok(items.length > 0)
  assert.ok(items.every(item => item.item_id && item.title))
})

test('two pages differ', async () => {
  const first = await search(TOKEN, IMAGE_URL, 1)
  const second = await search(TOKEN, IMAGE_URL, 2)
  assert.notDeepEqual(first.map(item => item.item_id), second.map(item => item.item_id))
})

test('a wrong token is refused', async () => {
  await assert.rejects(search('wrong', IMAGE_URL), SearchFailed)
})
