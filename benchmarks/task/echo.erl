%% Sixty-four connections over TCP, each with 1,000 messages of 64 bytes that come back.
-module(echo).
-export([main/0]).

main() -> spawn(fun run/0).

run() ->
    Options = [binary, {ip, {127, 0, 0, 1}}, {active, false}, {nodelay, true}, {backlog, 64}],
    {ok, Listener} = gen_tcp:listen(0, Options),
    {ok, Port} = inet:port(Listener),
    spawn_link(fun() -> accept(Listener) end),
    Main = self(),
    Message = binary:copy(<<"m">>, 64),
    [spawn_link(fun() -> Main ! ask(Port, Message) end) || _ <- lists:seq(1, 64)],
    io:format("~b~n", [lists:sum([receive Total -> Total end || _ <- lists:seq(1, 64)])]),
    halt().

accept(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    Server = spawn_link(fun() -> receive go -> serve(Socket) end end),
    ok = gen_tcp:controlling_process(Socket, Server),
    Server ! go,
    accept(Listener).

serve(Socket) ->
    ok = inet:setopts(Socket, [{active, 100}]),
    answer(Socket).

answer(Socket) ->
    receive
        {tcp, Socket, Bytes} ->
            ok = gen_tcp:send(Socket, Bytes),
            answer(Socket);
        {tcp_passive, Socket} -> serve(Socket);
        {tcp_closed, Socket} -> ok
    end.

ask(Port, Message) ->
    {ok, Socket} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, true}, {nodelay, true}]),
    Total = ask(Socket, Message, 1000, 0),
    ok = gen_tcp:close(Socket),
    Total.

ask(_, _, 0, Total) -> Total;
ask(Socket, Message, Left, Total) ->
    ok = gen_tcp:send(Socket, Message),
    await(Socket, byte_size(Message)),
    ask(Socket, Message, Left - 1, Total + byte_size(Message)).

await(_, 0) -> ok;
await(Socket, Left) -> receive {tcp, Socket, Bytes} -> await(Socket, Left - byte_size(Bytes)) end.
