console.log(nobody.knows)
