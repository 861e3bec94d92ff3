read -r n
sum=0
while read -r -a line; do
    for x in "${line[@]}"; do
        sum=$((sum + x))
    done
done
echo "$sum"
