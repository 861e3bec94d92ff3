console.log('hello', [1, { a: new Map([[1, 'x']]) }]);
