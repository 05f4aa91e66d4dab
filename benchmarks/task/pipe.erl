%% One producer, one consumer. At most 128 messages are on their way: the consumer gives credit for 64 at a time.
-module(pipe).
-export([main/0]).

main() -> spawn(fun run/0).

run() ->
    Main = self(),
    Producer = spawn_link(fun() -> produce(Main, 0, 5000000, 128) end),
    io:format("~b~n", [consume(Producer, 0, 64)]),
    halt().

produce(Consumer, Most, Most, _) -> Consumer ! done;
produce(Consumer, N, Most, 0) -> receive {credit, More} -> produce(Consumer, N, Most, More) end;
produce(Consumer, N, Most, Credit) ->
    Consumer ! N,
    produce(Consumer, N + 1, Most, Credit - 1).

consume(Producer, Total, 0) ->
    Producer ! {credit, 64},
    consume(Producer, Total, 64);
consume(Producer, Total, Left) ->
    receive
        done -> Total;
        N -> consume(Producer, Total + N, Left - 1)
    end.
