read -r n
total=0
for ((i = 0; i < n; i++)); do
    read -r price
    ((total += price))
done
echo "$total"
