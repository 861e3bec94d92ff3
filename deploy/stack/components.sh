# shellcheck shell=bash
# Part of deploy/stack.sh: how each component starts, and when it is ready.

# -- components -------------------------------------------------------------

pg_bin() {
    local found
    found=$(find /usr/lib/postgresql/*/bin -maxdepth 1 -name "$1" 2>/dev/null |
        sort -V | tail -n 1)
    [ -n "$found" ] || found=$(command -v "$1") ||
        die "no $1: try make deps"
    echo "$found"
}

psql_admin() {
    env -u PGHOST -u PGPORT -u PGDATABASE -u PGOPTIONS "$(pg_bin psql)" -XqAt \
        -v ON_ERROR_STOP=1 -h "$DIR/pg/run" -U postgres "$@"
}

# A new cluster.  Throwaway ones are copies of one that is kept under build/,
# because initdb takes a second and each test file wants a stack of its own.
make_cluster() { # FOLDER
    local kept
    kept=$ROOT/build/pg-$(basename "$(dirname "$(dirname "$(pg_bin initdb)")")")
    rm -rf "$1"
    if [ "$THROWAWAY" = yes ] && [ -f "$kept/PG_VERSION" ] &&
        cp -a "$kept" "$1" 2>/dev/null && owned_by "$PG_USER" "$1"; then
        return 0
    fi
    rm -rf "$1"
    (cd "$DIR/pg" && run_as "$PG_USER" "$(pg_bin initdb)" -D "$1" \
        -U postgres -A trust -E UTF8 --locale=C --no-sync) \
        >"$DIR/log/initdb.log" 2>&1 || fail initdb failed
    # the socket's folder is the guard; nothing listens on a port
    printf 'local all all trust\n' >"$1/pg_hba.conf"
    if [ "$THROWAWAY" = yes ] && [ ! -e "$kept" ]; then
        cp -a "$1" "$kept.$$" && mv -T "$kept.$$" "$kept" 2>/dev/null ||
            rm -rf "$kept.$$" # another was faster
    fi
}

owned_by() { [ "$(stat -c %U "$2")" = "$1" ]; }

start_postgres() {
    local data=$DIR/pg/data connections fast=()
    [ -f "$data/PG_VERSION" ] || make_cluster "$data"
    connections=$(((2 * $(nproc) + $(conf_value workers)) * \
        $(handlers | wc -l) + $(conf_value wait_workers) + 2 * $(nproc) + 40))
    [ "$THROWAWAY" = no ] || fast=(-c fsync=off -c full_page_writes=off)
    launch postgres "${PG[@]}" "$(pg_bin postgres)" -D "$data" \
        -c listen_addresses= -c "unix_socket_directories=$DIR/pg/run" \
        -c max_connections="$connections" -c shared_buffers=64MB \
        "${fast[@]}"
    await postgres 60 psql_admin -d postgres -c 'SELECT 1'
}

# nchan 1.3.6 aborts on the path of a unix socket, so Redis listens on loopback
# too, with a password, because every user of the host can connect there.
start_redis() {
    [ -s "$DIR/redis/password" ] ||
        (umask 027 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' \
            >"$DIR/redis/password")
    [ "$REDIS_PORT" != 0 ] && ! taken 127.0.0.1 "$REDIS_PORT" ||
        REDIS_PORT=$(free_port)
    save_env
    (umask 027 && cat >"$DIR/redis/redis.conf") <<END
bind 127.0.0.1
port $REDIS_PORT
requirepass $(<"$DIR/redis/password")
unixsocket "$DIR/redis/redis.sock"
unixsocketperm 770
dir "$DIR/redis"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
END
    [ "$ROOTLY" = no ] ||
        chgrp "$WEB_GROUP" "$DIR/redis/password" "$DIR/redis/redis.conf"
    launch redis "${WEB[@]}" redis-server "$DIR/redis/redis.conf"
    await redis 20 redis_answers
}

redis_answers() {
    REDISCLI_AUTH=$(<"$DIR/redis/password") redis-cli -s "$DIR/redis/redis.sock" ping | grep -qx PONG
}

start_handler() {
    local program=$TREE/build/$BUILD/cgi-bin/$1 user=()
    [ "$ROOTLY" = no ] ||
        user=(-u "$WEB_USER" -g "$WEB_GROUP" -U "$WEB_USER" -G "$WEB_GROUP")
    rm -f "$DIR/run/$1.sock"
    launch "$1" spawn-fcgi -n -s "$DIR/run/$1.sock" -M 0660 -b 4096 \
        "${user[@]}" -- "$program" -c "$DIR/assay.conf"
    await "$1" 10 test -S "$DIR/run/$1.sock"
}

# Slots: one more than runs at once, for two graderds at least, because tests
# start a second one.  Each stack has user ids of its own, so that limits on the
# number of processes do not count those of another stack.
start_box() {
    local tokens hidden=() folder
    tokens=$(conf_value tokens)
    [ "$tokens" != 0 ] || tokens=$(nproc)
    for folder in "$ROOT" "$DIR"; do
        case $folder in /usr/*) hidden+=(-M "$folder") ;; esac
    done
    rm -f "$DIR/run/box.sock"
    launch box "$TREE/build/$(box_build)/grader/box/box" \
        -s "$DIR/run/box.sock" -u "$WEB_USER" \
        -n $((tokens * (GRADERS > 2 ? GRADERS : 2) + 1)) \
        -n python3=$((tokens * (GRADERS > 1 ? GRADERS : 1) + 1)) \
        -U $((1900000000 + $(printf %s "$DIR" | cksum | cut -d ' ' -f 1) % \
            100000 * 1000)) -R "$DIR/state/shown" "${hidden[@]}"
    await box 20 test -S "$DIR/run/box.sock"
}

start_graderd() { # NAME
    launch "$1" "${WEB[@]}" "$TREE/build/$BUILD/grader/graderd" \
        -c "$DIR/assay.conf"
    await "$1" 20 grader_seen
}

grader_seen() {
    psql_admin -d assay -c "SELECT 1 FROM runtimes
        WHERE seen_at > now() - interval '10 seconds'" | grep -q 1
}

taken() { # ADDRESS PORT
    (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# Below the range from which the kernel gives ports to clients.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)) && taken 127.0.0.1 $port; do :; done
    echo $port
}

port_is_taken() {
    die "port $PORT is taken: choose another, like PORT=$((PORT + 1))"
}

start_nginx() {
    local tries=0 any=no
    [ "$PORT" != 0 ] || any=yes
    while :; do
        [ $any = no ] || PORT=$(free_port)
        ! taken "$LISTEN" "$PORT" || port_is_taken
        write_nginx_conf
        : >"$DIR/log/nginx.log"
        nginx -p "$DIR/nginx/" -c "$DIR/nginx/conf/nginx.conf" \
            -g "$(nginx_globals)" -t -q 2>"$DIR/log/nginx.log" ||
            fail nginx "refuses its configuration"
        # relative, because LD_PRELOAD cannot have blanks
        install "$ROOT/build/$BUILD/nchan/sockets.so" "$DIR/nginx/sockets.so"
        launch nginx env LD_PRELOAD=./nginx/sockets.so \
            nginx -p "$DIR/nginx/" -c "$DIR/nginx/conf/nginx.conf" \
            -g "$(nginx_globals)"
        until nginx_answers; do
            running nginx || break
            sleep 0.02
        done
        running nginx && break
        grep -q 'Address already in use' "$DIR/log/nginx.log" ||
            fail nginx ended
        tries=$((tries + 1))
        [ $any = yes ] || port_is_taken
        [ $tries -lt 20 ] || port_is_taken
    done
    # nchan would close sockets of others (deploy/nchan/sockets.c)
    grep -q nginx/sockets.so "/proc/$(pid_of nginx)/maps" || {
        stop_one nginx
        fail nginx "runs without nginx/sockets.so"
    }
    save_env
}

url() { echo "http://$LISTEN:$PORT"; }

nginx_answers() {
    curl -s -o /dev/null -m 2 "$(url)/"
}

# 404: there is no course yet
api_answers() {
    curl -s -o /dev/null -m 5 -w '%{http_code}' "$(url)/api/assignments" |
        grep -qE '200|404'
}

start_one() { # NAME
    running "$1" && return 0
    mapfile -t PG < <(as "$PG_USER")
    mapfile -t WEB < <(as "$WEB_USER")
    case $1 in
    postgres | redis | box | nginx) "start_$1" ;;
    graderd*) start_graderd "$1" ;;
    *)
        [ -f "$ROOT/cgi-bin/$1.c" ] || die "$1: no such component"
        start_handler "$1"
        ;;
    esac
}
