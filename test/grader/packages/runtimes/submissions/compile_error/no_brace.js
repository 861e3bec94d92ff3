function f() {
  console.log(6)
