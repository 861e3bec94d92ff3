// What a screen reader is told: received, verdict, refusals; not each test.

export function announce(text) {
  const region = document.getElementById('live')
  if (!region) return
  // the same words twice are two events, but one text: empty it between
  region.textContent = ''
  setTimeout(() => { region.textContent = text }, 50)
}
