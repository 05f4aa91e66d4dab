package main

import "fmt"

func main() {
	requests := make(chan chan int, 16)
	go func() {
		count := 0
		for reply := range requests {
			count++
			reply <- count
		}
	}()
	results := make(chan int)
	for c := 0; c < 16; c++ {
		go func() {
			reply := make(chan int, 1)
			last := 0
			for i := 0; i < 50000; i++ {
				requests <- reply
				last = <-reply
			}
			results <- last
		}()
	}
	most := 0
	for c := 0; c < 16; c++ {
		if last := <-results; last > most {
			most = last
		}
	}
	close(requests)
	fmt.Println(most)
}
