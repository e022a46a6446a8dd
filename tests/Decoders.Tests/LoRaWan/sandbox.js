// Runs the codec as a LoRaWAN server's sandbox does: a bare context with nothing of Node and nothing newer than
// ECMAScript 5.1 in it. Reads one call a line, {"fn","fPort","hex"|"data","variables","recvTime"}, and answers each with
// one line, {"result"} or {"threw"}; the slowest call's milliseconds are the last line.
'use strict';

const fs = require('fs');
const vm = require('vm');

const [scriptPath, mode] = process.argv.slice(2);
const context = vm.createContext(Object.create(null));
vm.runInContext(
  `(function (global) {
    for (const name of ['console', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef',
      'Promise', 'Proxy', 'Reflect', 'Symbol', 'WebAssembly', 'Atomics', 'SharedArrayBuffer', 'Intl', 'FinalizationRegistry',
      'ArrayBuffer', 'DataView', 'Uint8Array', 'Int32Array', 'Uint32Array', 'Float64Array', 'escape', 'unescape']) {
      delete global[name];
    }
    const es5 = {
      Array: ['isArray'], Number: ['MAX_VALUE', 'MIN_VALUE', 'NaN', 'NEGATIVE_INFINITY', 'POSITIVE_INFINITY'],
      Object: ['keys', 'create', 'defineProperty', 'getOwnPropertyNames', 'getPrototypeOf', 'freeze'], String: ['fromCharCode'],
      Math: ['E', 'LN10', 'LN2', 'LOG2E', 'LOG10E', 'PI', 'SQRT1_2', 'SQRT2', 'abs', 'acos', 'asin', 'atan', 'atan2', 'ceil',
        'cos', 'exp', 'floor', 'log', 'max', 'min', 'pow', 'random', 'round', 'sin', 'sqrt', 'tan']
    };
    for (const type of Object.keys(es5)) {
      for (const name of Object.getOwnPropertyNames(global[type])) {
        if (!es5[type].includes(name) && !['length', 'name', 'prototype'].includes(name)) {
          delete global[type][name];
        }
      }
    }
    for (const name of ['at', 'copyWithin', 'entries', 'fill', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flat',
      'flatMap', 'includes', 'keys', 'toReversed', 'toSorted', 'toSpliced', 'values', 'with']) {
      delete Array.prototype[name];
    }
    for (const name of ['at', 'codePointAt', 'endsWith', 'includes', 'matchAll', 'normalize', 'padEnd', 'padStart', 'repeat',
      'replaceAll', 'startsWith', 'trimEnd', 'trimStart']) {
      delete String.prototype[name];
    }
  })(this)`,
  context);

// ChirpStack evaluates an ES module, which is strict; The Things Stack a sloppy script.
const strict = mode === 'strict' ? '"use strict";' : '';
const script = fs.readFileSync(scriptPath, 'utf8');
const call = vm.runInContext(
  `${strict}${script}
  (function (fn, json, recvTime) {
    var input = JSON.parse(json);
    if (recvTime !== undefined) input.recvTime = new Date(recvTime);
    return { decodeUplink: decodeUplink, decodeDownlink: decodeDownlink, encodeDownlink: encodeDownlink }[fn](input);
  })`,
  context);

function checked(value) {
  if (value === undefined || (typeof value === 'number' && (!isFinite(value) || Object.is(value, -0)))) {
    throw new Error('no JSON value: ' + (Object.is(value, -0) ? '-0' : value));
  }

  if (value !== null && typeof value === 'object') {
    Object.keys(value).forEach((key) => checked(value[key]));
  }

  return value;
}

let slowestMs = 0;
const answers = [];
for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
  if (line === '') continue;
  const { fn, hex, recvTime, ...input } = JSON.parse(line);
  if (hex !== undefined) input.bytes = [...Buffer.from(hex, 'hex')];
  const json = JSON.stringify(input);
  const started = process.hrtime.bigint();
  try {
    const result = call(fn, json, recvTime);
    slowestMs = Math.max(slowestMs, Number(process.hrtime.bigint() - started) / 1e6);
    answers.push(JSON.stringify({ result: checked(result) }));
  } catch (error) {
    answers.push(JSON.stringify({ threw: String(error) }));
  }
}

fs.writeSync(1, answers.join('\n') + '\n' + JSON.stringify({ slowestMs }) + '\n');
