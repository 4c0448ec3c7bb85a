// Read by every Node.js below `lookalike exec --intercept`, before its program: the vendors' names lead to the mock's port.
//
// Node's `fetch` reads no proxy variable before version 24, and no package can be asked to change that. But whatever connects,
// `fetch`, `http`, `https` or a package of somebody's, does so by this one method. The name that TLS asks for stays.
'use strict'

const fs = require('node:fs')
const net = require('node:net')
const path = require('node:path')

const config = JSON.parse(fs.readFileSync(path.join(__dirname, 'interception.json'), 'utf8'))
const hosts = new Set(config.hosts)
const reported = new Set()
const MAX_REPORTED = 100
const connect = net.Socket.prototype.connect

function normalize (host) {
  return typeof host === 'string' ? host.replace(/\.$/, '').toLowerCase() : ''
}

// A wildcard stands for one label: *.cn-shanghai.aliyuncs.com
function isIntercepted (name) {
  return hosts.has(name) || hosts.has('*.' + name.split('.').slice(1).join('.'))
}

// Writes down a host that is none of the vendors', once for each program.
function report (name) {
  if (name === '' || name === 'localhost' || name.startsWith('127.') || name.includes(':')) return
  if (reported.has(name) || reported.size >= MAX_REPORTED) return
  reported.add(name)
  try {
    fs.appendFileSync(config.log, name.slice(0, 255) + '\n')
  } catch {}
}

function redirect (options) {
  const name = normalize(options.host)
  if (isIntercepted(name)) return { ...options, host: config.address, port: config.port }
  report(name)
  return options
}

net.Socket.prototype.connect = function (...args) {
  const [first, second] = args
  if (Array.isArray(first)) {
    // what `net.connect` has read already, with a mark of its own on the array
    if (first[0] !== null && typeof first[0] === 'object') first[0] = redirect(first[0])
  } else if (first !== null && typeof first === 'object') {
    args[0] = redirect(first)
  } else if (typeof second === 'string') {
    const options = redirect({ port: first, host: second })
    args[0] = options.port
    args[1] = options.host
  }
  return connect.apply(this, args)
}
