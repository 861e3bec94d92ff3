read -r n
if [ "$n" -gt 3 ]; then
    echo 6
