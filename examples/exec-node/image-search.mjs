// A small client of TMAPI's image search, with the vendor's address built in.

const URL = 'https://api.tmapi.top/1688/global/search/image'

export class SearchFailed extends Error {}

// Returns the goods of one page, the most similar first.
export async function search (token, imageUrl, page = 1) {
  // the planted bug: an address with an `&` in it ends there, and the rest becomes a parameter of its own
  const response = await fetch(`${URL}?apiToken=${token}&page=${page}&img_url=${imageUrl}`)
  const body = await response.json()
  if (body.code !== 200) throw new SearchFailed(`${body.code}: ${body.msg}`)
  return body.data.items
}
