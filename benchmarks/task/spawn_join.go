package main

import "fmt"

func work(n int) int { return n % 7 }

func main() {
	total := 0
	for batch := 0; batch < 1000; batch++ {
		results := make([]chan int, 1000)
		for n := range results {
			results[n] = make(chan int, 1)
			go func(result chan int, n int) { result <- work(n) }(results[n], batch*1000+n)
		}
		for _, result := range results {
			total += <-result
		}
	}
	fmt.Println(total)
}
