# HOME=/w, which leads to /box/w, where the script is
fail() {
    echo "$*"
    exit 1
}
[ "$(env | grep -v '^_=\|^SHLVL=' | sort | tr '\n' ' ')" = \
    "HOME=/w LANG=C.UTF-8 PATH=/usr/bin:/bin PWD=/box/w TMPDIR=/tmp " ] ||
    fail "$(env)"
[ "$-" = hB ] || fail "options $-"
! shopt -q login_shell || fail "a login shell"
[ "$(ls -A ~)" = solution.sh ] || fail "$(ls -lA ~)"
[ -z "$(ls -A /tmp /dev/shm | grep -v :)" ] || fail "$(ls -lA /tmp /dev/shm)"
for f in .bashrc .bash_profile .profile .bash_login .bash_logout .inputrc; do
    echo 'echo planted; exit 3' >~/$f || fail "cannot plant"
done
export BASH_ENV=~/.bashrc ENV=~/.bashrc
cp ~/.bashrc /tmp/x
mkdir ~/bin && cp ~/.bashrc ~/bin/cat
echo ok
