Promise.reject(new RangeError('nobody catches'));
