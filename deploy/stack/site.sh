# shellcheck shell=bash
# Part of deploy/stack.sh: folders, and what is written into them.

# -- folders and configuration ----------------------------------------------

reachable() { # USER PATH
    run_as "$1" test -r "$2" -a -x "$2"
}

# DIR as an absolute path that every user of ours can reach.
place_dir() {
    local parent real
    case $DIR in
    *$'\n'* | *[\"\\\$\']*) die "$DIR: quotes, \$ and \\ cannot be in the path" ;;
    esac
    mkdir -p "$(dirname "$DIR")"
    parent=$(cd "$(dirname "$DIR")" && pwd -P)
    DIR=$parent/$(basename "$DIR")
    if [ "$ROOTLY" = yes ] && [ ! -L "$DIR" ] && ! reachable "$PG_USER" "$parent"
    then
        [ ! -e "$DIR" ] || die "$DIR is there, but $PG_USER cannot reach it"
        real=/var/lib/assay-private/$(printf %s "$DIR" | cksum | tr -d ' ')
        mkdir -p "$real"
        ln -s "$real" "$DIR"
        say "$parent is closed to other users: the data are in $real"
    fi
    mkdir -p "$DIR"
    DIR=$(cd "$DIR" && pwd -P)
    # sun_path has 108 bytes; ours is the longest name
    [ ${#DIR} -le 80 ] || die "$DIR: too long for the sockets below it (80)"
}

make_folders() {
    mkdir -p "$DIR"/{pid,log,run,state/shown,redis,pg,nginx}
    mkdir -p "$DIR/pg/run"
    chmod 0755 "$DIR"
    chmod 0750 "$DIR/run" "$DIR/redis" "$DIR/pg/run"
    # programs in the box reach state/shown; what else is there is graderd's
    chmod 0751 "$DIR/state"
    chmod 0755 "$DIR/state/shown"
    if [ "$ROOTLY" = yes ]; then
        chown "$WEB_USER:$WEB_GROUP" "$DIR/run" "$DIR/state" \
            "$DIR/state/shown" "$DIR/redis" "$DIR/nginx"
        chown "$PG_USER:$WEB_GROUP" "$DIR/pg" "$DIR/pg/run"
    fi
}

# A sanitizer's run time and a seccomp filter do not go together.
box_build() {
    [ "$BUILD" = asan ] && echo debug || echo "$BUILD"
}

# TREE: where programs and data are read from.
place_tree() {
    local build
    TREE=$ROOT
    if [ "$ROOTLY" = yes ] &&
        ! reachable "$WEB_USER" "$ROOT/build/$BUILD/cgi-bin"; then
        TREE=$DIR/tree
        rm -rf "$TREE"
        build=build/$(box_build)/grader
        mkdir -p "$TREE/build/$BUILD/grader" "$TREE/$build" "$TREE/grader" \
            "$TREE/static"
        cp -R "$ROOT/build/$BUILD"/{bin,cgi-bin} "$TREE/build/$BUILD/"
        cp "$ROOT/build/$BUILD/grader/graderd" "$TREE/build/$BUILD/grader/"
        cp -R "$ROOT/$build"/{box,zygotes} "$TREE/$build/"
        cp -R "$ROOT/sql" "$TREE/"
        cp -R "$ROOT/grader/languages" "$TREE/grader/"
        cp -R "$ROOT/static/dist" "$TREE/static/"
        chmod -R a+rX "$TREE"
    fi
    rm -rf "$DIR/share"
    mkdir "$DIR/share"
    ln -s "$TREE/sql" "$DIR/share/sql"
    ln -s "$TREE/grader/languages" "$DIR/share/languages"
}

write_conf() {
    local option
    {
        echo "# written by deploy/stack.sh at each start"
        echo "database = host='$DIR/pg/run' dbname=assay"
        echo "database_admin = postgres"
        echo "redis = unix:$DIR/redis/redis.sock"
        echo "redis_password_file = $DIR/redis/password"
        echo "run_dir = $DIR/run"
        echo "state_dir = $DIR/state"
        echo "share_dir = $DIR/share"
        echo "disk_path = $DIR"
        # 120 MB and seconds of a core for each: not for every test
        [ "$THROWAWAY" = no ] || echo "precompile = 0"
        for option in "${SETTINGS[@]}"; do
            echo "${option%%=*} = ${option#*=}"
        done
    } >"$DIR/assay.conf"
}

conf_value() { # OPTION: as the programs will see it
    "$ROOT/build/$BUILD/cgi-bin/users" -c "$DIR/assay.conf" -t |
        sed -n "s/^$1 = //p"
}

# Without the word declare, which would make them local to who reads them.
# Whole or not at all: another start may be reading it.
save_env() {
    declare -p PORT LISTEN REDIS_PORT BUILD GRADERS COURSE SETTINGS \
        THROWAWAY TREE | sed 's/^declare -[-a]* //' >"$DIR/stack.env.$$"
    mv "$DIR/stack.env.$$" "$DIR/stack.env"
}

# What runs already keeps its port.
keep_ports() {
    local now=$PORT
    [ -r "$DIR/stack.env" ] || return 0
    # shellcheck source=/dev/null
    REDIS_PORT=$(. "$DIR/stack.env" && echo "$REDIS_PORT")
    ! running nginx || now=$(. "$DIR/stack.env" && echo "$PORT")
    PORT=$now
}

load_env() {
    DIR=$(cd "$DIR" 2>/dev/null && pwd -P) || die "$1: no such folder"
    [ -r "$DIR/stack.env" ] || die "$DIR: nothing was started there"
    # shellcheck source=/dev/null
    . "$DIR/stack.env"
}

handlers() {
    local f
    for f in "$ROOT"/cgi-bin/*.c; do basename "$f" .c; done
}

# nginx.conf as it stands in the tree, beside this site's facts.
write_nginx_conf() {
    local name
    rm -rf "$DIR/nginx/conf"
    mkdir -p "$DIR/nginx/conf/site"
    cp "$ROOT/nginx.conf" "$DIR/nginx/conf/"
    cp -R "$ROOT/deploy/nginx" "$DIR/nginx/conf/snippets"
    echo "listen $LISTEN:$PORT backlog=4096;" >"$DIR/nginx/conf/site/listen.conf"
    {
        echo "# this site's facts, written by deploy/stack.sh"
        echo "root \"$TREE/static/dist\";"
        echo "access_log \"$DIR/log/access.log\" assay;"
        for name in client_body fastcgi proxy uwsgi scgi; do
            echo "${name}_temp_path \"$DIR/nginx/$name\";"
        done
        echo "fastcgi_cache_path \"$DIR/nginx/cache\" keys_zone=public:2m" \
            "max_size=64m inactive=10m use_temp_path=off;"
        echo "map \$host \$public_origin {" \
            "default \"$(conf_value public_origin)\"; }"
        for name in $(handlers); do
            echo "upstream $name {"
            echo "    zone $name 64k;"
            echo "    server \"unix:$DIR/run/$name.sock\"$([ "$name" != wait ] ||
                echo " max_conns=$(conf_value wait_workers)");"
            echo "}"
        done
        echo "upstream push {"
        echo "    nchan_redis_server" \
            "redis://:$(<"$DIR/redis/password")@127.0.0.1:$REDIS_PORT;"
        echo "    nchan_redis_storage_mode nostore;"
        echo "}"
    } >"$DIR/nginx/conf/site/site.conf"
    chmod 0600 "$DIR/nginx/conf/site/site.conf"
}

nginx_globals() {
    echo "pid \"$DIR/nginx/nginx.pid\"; error_log stderr notice; daemon off;"
    [ "$ROOTLY" = no ] || echo "user $WEB_USER $WEB_GROUP;"
}
